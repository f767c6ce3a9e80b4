"""Configs: `schema` reads one by way of `survey` (what is wrong) and `building` (the tree of `nodes`); `saved` opens
those in the store; `conditions` are asked with every request."""
