"""The order of things: collect, build, weekly, and all three; run at once, or by Prefect.

Nothing here imports Prefect but `prefect_flows` and `deployments`, so that a run without a server starts quickly.
"""
