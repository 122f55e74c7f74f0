"""A Ray cluster on this machine, for tests: ``python nodes.py`` starts three nodes and ends them when stdin closes.

A line on stdin starts one more. What is started is told as a line of JSON.
"""

from __future__ import annotations

import json
import os
import sys

# Before Ray is imported: it tells nobody of it, and lets its workers compute beside other programs.
os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_worker_niceness="0")

from ray.cluster_utils import Cluster

NODE = {"num_cpus": 1, "object_store_memory": 100_000_000}


def main() -> None:
    """Be the cluster."""
    cluster = Cluster(initialize_head=True, head_node_args={**NODE, "include_dashboard": False})

    def raylet(node: object) -> int:
        return node.all_processes["raylet"][0].process.pid  # type: ignore[attr-defined, no-any-return]

    try:
        nodes = [raylet(cluster.head_node), *(raylet(cluster.add_node(**NODE)) for _ in range(2))]
        print(json.dumps({"address": cluster.address, "nodes": nodes}), flush=True)
        for _ in sys.stdin:
            print(json.dumps(raylet(cluster.add_node(**NODE))), flush=True)
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    main()
