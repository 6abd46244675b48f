"""How good a forecast was: what happened, held against the futures that a plan had foreseen."""
