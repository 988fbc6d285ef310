using System.Globalization;
using System.Text;
using Herald.Engine.Stores;

namespace Herald.Postgres.Waking;

/// <summary>What nodes tell each other by NOTIFY: <c>h3:120,5:77</c> heads of shards, <c>c12</c> the catalog's version, <c>o</c> shards have become free.</summary>
internal static class Message
{
    /// <summary>A payload may have 8,000 bytes.</summary>
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

    /// <summary>What cannot be understood comes from a newer node and is only a hint anyway.</summary>
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
