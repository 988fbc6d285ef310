using System.Globalization;
using System.Text;
using Herald.Engine.Events;

namespace Herald.Postgres.Notifications;

/// <summary>
/// The messages between nodes by NOTIFY: <c>h3:120,5:77</c> heads of shards, <c>c12</c> the version of the catalog, <c>o</c> shards have
/// become free.
/// </summary>
internal static class Message
{
    /// <summary>Keeps the message below the 8,000 bytes that a payload can have.</summary>
    public const int MostHeads = 200;

    public const string Owners = "o";

    public static string Heads(IEnumerable<(int Shard, long Head)> heads)
    {
        var text = new StringBuilder("h");
        foreach (var (shard, head) in heads)
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length > 1 ? "," : "")}{shard}:{head}");
        return text.ToString();
    }

    public static string Catalog(long version) => string.Create(CultureInfo.InvariantCulture, $"c{version}");

    /// <summary>Ignores a message it does not understand: it comes from a newer node, and every message is only a hint.</summary>
    public static void Read(string payload, Action<ShardId, long> head, Action<long> catalog, Action owners)
    {
        if (payload == Owners)
            owners();
        else if (payload.StartsWith('c') && long.TryParse(payload.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            catalog(version);
        else if (payload.StartsWith('h'))
            foreach (var part in payload.AsSpan(1).Split(','))
                if (payload.AsSpan(1)[part] is var pair && pair.IndexOf(':') is > 0 and var colon
                    && int.TryParse(pair[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out var shard)
                    && long.TryParse(pair[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
                    head(new ShardId(shard), sequence);
    }
}
