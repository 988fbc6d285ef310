namespace Herald.Nats.Clusters;

/// <summary>A text for each cluster: a user, or the path of a file.</summary>
public sealed record ByCluster
{
    public const string Rule = "Values are written CLUSTER=VALUE, several with semicolons, each cluster once; or none.";

    private readonly Dictionary<string, string> _values;

    private ByCluster(Dictionary<string, string> values) => _values = values;

    public static ByCluster None { get; } = new([]);

    public IReadOnlyCollection<string> Clusters => _values.Keys;

    public override string ToString() => string.Join(";", _values.Select(v => $"{v.Key}={v.Value}"));

    public string? Find(string cluster) => _values.GetValueOrDefault(cluster);

    /// <summary>Null when the text is not as the <see cref="Rule"/> says.</summary>
    public static ByCluster? Parse(string text)
    {
        if (text == "none")
            return None;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var one in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (one.Split('=', 2, StringSplitOptions.TrimEntries) is not [var name, { Length: > 0 } value] || !ClusterName.IsOne(name) || !values.TryAdd(name, value))
                return null;
        }
        return values.Count > 0 ? new(values) : null;
    }
}
