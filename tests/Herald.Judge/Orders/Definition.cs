using System.Text.Json;

namespace Herald.Judging.Orders;

/// <summary>A subscription as an operator wrote it, in the body of a PUT. It is parsed here without Herald's own code.</summary>
public sealed class Definition
{
    private const int UsualInFlight = 100;
    private const double UsualTimeoutMs = 15_000;
    private readonly List<(string Name, HashSet<string> Values)> _clauses = [];

    public string Topic { get; private init; } = "";
    public string Endpoint { get; private init; } = "";
    public RetryRule Retry { get; private init; } = new();
    public int MaxInFlight { get; private init; } = UsualInFlight;
    public double TimeoutMs { get; private init; } = UsualTimeoutMs;

    /// <summary>Infinite: no limit.</summary>
    public double RatePerSecond { get; private init; } = double.PositiveInfinity;

    public static Definition Parse(string json)
    {
        using var parsed = JsonDocument.Parse(json);
        var body = parsed.RootElement;
        var limits = body.TryGetProperty("limits", out var given) && given.ValueKind == JsonValueKind.Object ? given : default;
        var has = limits.ValueKind == JsonValueKind.Object;
        var definition = new Definition
        {
            Topic = body.GetProperty("topic").GetString()!,
            Endpoint = body.TryGetProperty("endpoint", out var endpoint) ? endpoint.GetString()! : "",
            Retry = RetryRule.Of(body.TryGetProperty("retry", out var retry) ? retry : null),
            MaxInFlight = has && limits.TryGetProperty("maxInFlight", out var most) ? most.GetInt32() : UsualInFlight,
            TimeoutMs = has && limits.TryGetProperty("timeout", out var timeout) ? Durations.ParseMs(timeout.GetString()!) : UsualTimeoutMs,
            RatePerSecond = has && limits.TryGetProperty("ratePerSecond", out var rate) && rate.ValueKind == JsonValueKind.Number
                ? rate.GetDouble() : double.PositiveInfinity,
        };
        if (body.TryGetProperty("filter", out var filter) && filter.ValueKind == JsonValueKind.Object)
        {
            foreach (var clause in filter.EnumerateObject().Where(clause => clause.Value.ValueKind == JsonValueKind.Array))
                definition._clauses.Add((clause.Name, [.. clause.Value.EnumerateArray().Select(value => value.GetString()!)]));
        }
        return definition;
    }

    /// <summary>
    /// Each attribute that the filter names must be there with one of its values; <c>type</c> stands for the event's type.
    /// </summary>
    public bool Wants(string topic, string? type, IReadOnlyDictionary<string, string> attributes)
    {
        if (topic != Topic)
            return false;
        foreach (var (name, values) in _clauses)
        {
            var value = name == "type" ? type : attributes.GetValueOrDefault(name);
            if (value is null || !values.Contains(value))
                return false;
        }
        return true;
    }
}
