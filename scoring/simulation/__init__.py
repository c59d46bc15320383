"""What honest work and cheating come to under the reward rules, in simulated quarters."""

from scoring.simulation.assumptions import Assumptions
from scoring.simulation.simulate import GOAL, Compared, Fairness, compare, fairness, simulate, worst

__all__ = ["GOAL", "Assumptions", "Compared", "Fairness", "compare", "fairness", "simulate", "worst"]
