"""What paho tells its log instead of raising it, such as why a broker ended TLS."""

from __future__ import annotations

import logging


class Spoken(logging.Handler):
    """The last error of one connection; ``logger`` is to be given to the client, and goes nowhere else."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.last = ""
        self.logger = logging.Logger("mqtt", logging.ERROR)
        self.logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.getMessage()
