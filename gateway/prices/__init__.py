"""What a model costs, and what a request therefore cost: whole nanodollars, never a guess.

Prices are data kept by others; this package turns them into whole numbers once and does the arithmetic.
"""

from gateway.prices.cost import Line, cost_of, lines_of, reckoned
from gateway.prices.price import Price, Rates
from gateway.prices.price_list import PriceList

__all__ = ["Line", "Price", "PriceList", "Rates", "cost_of", "lines_of", "reckoned"]
