"""Operation that follows the day: plans made again as it unfolds, and a park that answers as parks do."""
