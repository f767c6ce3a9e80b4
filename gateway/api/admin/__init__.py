"""The admin API, which the console uses too: paths and shapes are Portkey's where Portkey has them."""
