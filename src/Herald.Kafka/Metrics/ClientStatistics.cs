using System.Globalization;
using System.Text.Json;

namespace Herald.Kafka.Metrics;

/// <summary>Reads the lag of partitions from the statistics that librdkafka tells now and then. They go on while partitions are paused.</summary>
internal static class ClientStatistics
{
    /// <param name="isOwn">Whether a partition is this member's.</param>
    public static List<PartitionLag> ReadLags(string statistics, Func<string, int, bool> isOwn)
    {
        var lags = new List<PartitionLag>();
        using var document = JsonDocument.Parse(statistics);
        if (!document.RootElement.TryGetProperty("topics", out var topics))
            return lags;
        foreach (var topic in topics.EnumerateObject())
        {
            if (!topic.Value.TryGetProperty("partitions", out var partitions))
                continue;
            foreach (var partition in partitions.EnumerateObject())
            {
                if (int.TryParse(partition.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && isOwn(topic.Name, number) && LagOf(partition.Value) is { } lag)
                    lags.Add(new(topic.Name, number, lag));
            }
        }
        return lags;
    }

    // What was stored here is known at once; what a member before us has committed is known too; -1 is "not yet".
    private static long? LagOf(JsonElement partition)
    {
        foreach (var name in (ReadOnlySpan<string>)["consumer_lag_stored", "consumer_lag"])
        {
            if (partition.TryGetProperty(name, out var lag) && lag.TryGetInt64(out var messages) && messages >= 0)
                return messages;
        }
        return null;
    }
}
