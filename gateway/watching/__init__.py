"""What the gateway knows about itself at this moment, and tells whoever watches."""
