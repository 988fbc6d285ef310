using System.Globalization;
using System.Text.Json;

namespace Herald.Kafka.Metrics;

/// <summary>Reads the lag of partitions from librdkafka's periodic statistics, which also continue while partitions are paused.</summary>
internal static class ClientStatistics
{
    /// <param name="isOwn">Whether a partition is assigned to this member.</param>
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

    // -1 means "not known yet".
    private static long? LagOf(JsonElement partition) =>
        partition.TryGetProperty("consumer_lag", out var lag) && lag.TryGetInt64(out var messages) && messages >= 0 ? messages : null;
}
