"""The vocabulary of Détente: records, errors, settings and the workspace. Imports nothing else of ours."""

__version__ = "0.1.0"
