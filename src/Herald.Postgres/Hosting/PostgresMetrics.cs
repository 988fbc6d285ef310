using Herald.Hosting.Metrics;

namespace Herald.Postgres.Hosting;

internal static class PostgresMetrics
{
    public static void Write(PrometheusText text, PostgresStatistics store)
    {
        text.Single("herald_postgres_appends_total", "counter", "Transactions that appended events.", store.Appends);
        text.Single("herald_postgres_appended_events_total", "counter", "Events that were appended.", store.AppendedEvents);
        text.Single("herald_postgres_append_waiting", "gauge", "Events that wait to be appended.", store.Waiting);
        text.Single("herald_postgres_commits_total", "counter", "Transactions that saved progress.", store.Commits);
        text.Single("herald_postgres_failures_total", "counter", "Calls that the database did not answer.", store.Failures);
        text.Single("herald_postgres_nodes", "gauge", "Registered nodes.", store.Nodes);
        text.Single("herald_postgres_periods", "gauge", "Tables of events.", store.Periods);
        text.Single("herald_postgres_full", "gauge",
            "1 while the store is full and publishing is refused, otherwise 0.", store.IsFull ? 1 : 0);
        text.Single(
            "herald_postgres_housekeeping_failures_total", "counter",
            "Failed steps of housekeeping (new tables, retention, limits). Herald retries them.", store.HousekeepingFailures);
        text.Head(
            "herald_postgres_locked_shards", "gauge",
            "Shards locked by another process of the database, by process id. 0 means that the process is not known yet.");
        foreach (var (process, shards) in store.Locked)
            text.Sample("herald_postgres_locked_shards", PrometheusText.Labels([new("pid", process)]), shards);
    }
}
