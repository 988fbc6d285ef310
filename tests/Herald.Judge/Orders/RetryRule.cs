using System.Text.Json;

namespace Herald.Judging.Orders;

/// <summary>What follows a failed attempt, as the operator wrote it: how long to wait, when to give up, and what to do then.</summary>
public sealed class RetryRule
{
    private const double UsualFactor = 2, UsualCapMs = 600_000, UsualBaseMs = 1000, UsualJitter = 0.2, UsualAgeMs = 3 * 86_400_000.0;
    private static readonly double[] UsualFirst = [50, 250];

    private double[] _schedule = [], _first = UsualFirst;
    private double _base = UsualBaseMs, _factor = UsualFactor, _cap = UsualCapMs, _jitter = UsualJitter;

    /// <summary>Null: no bound.</summary>
    public int? MaxAttempts { get; private set; }

    /// <summary>Infinite: no bound.</summary>
    public double MaxAgeMs { get; private set; } = UsualAgeMs;

    /// <summary>Infinite: never.</summary>
    public double TtlMs { get; private set; } = double.PositiveInfinity;
    public bool Holds { get; private set; }

    /// <summary>The topic to forward to. Null when nothing is forwarded.</summary>
    public string? ForwardTo { get; private set; }
    public bool MakesLetters => !Holds && ForwardTo is null;

    public static RetryRule Of(JsonElement? given)
    {
        var rule = new RetryRule();
        if (given is not { ValueKind: JsonValueKind.Object } retry)
            return rule;
        rule._schedule = Texts(retry, "schedule") ?? [];
        rule._first = Texts(retry, "first") ?? (retry.TryGetProperty("base", out _) ? [] : UsualFirst);
        rule._base = Ms(retry, "base") ?? UsualBaseMs;
        rule._cap = Ms(retry, "cap") ?? UsualCapMs;
        rule._factor = Number(retry, "factor") ?? UsualFactor;
        rule._jitter = Number(retry, "jitter") ?? UsualJitter;
        rule.MaxAttempts = (int?)Number(retry, "maxAttempts");
        rule.MaxAgeMs = Ms(retry, "maxAge") ?? UsualAgeMs;
        rule.TtlMs = Ms(retry, "ttl") ?? double.PositiveInfinity;
        rule.Holds = Text(retry, "onExhausted") == "hold";
        rule.ForwardTo = Text(retry, "onExhausted") == "forward" ? Text(retry, "forwardTo") : null;
        return rule;
    }

    /// <summary>The shortest wait after this number of attempts, whatever the other attempts of the endpoint were like.</summary>
    public double LeastWaitMs(int attempts) => Math.Min(Plain(attempts, false), Plain(attempts, true)) * (1 - _jitter);

    public double MostWaitMs(int attempts) => Math.Max(Plain(attempts, false), Plain(attempts, true)) * (1 + _jitter);

    // The short first waits do not apply to an endpoint most of whose attempts have failed.
    private double Plain(int attempts, bool endpointFails)
    {
        if (_schedule.Length > 0)
            return _schedule[Math.Min(attempts, _schedule.Length) - 1];
        if (!endpointFails && attempts <= _first.Length)
            return _first[attempts - 1];
        var grown = attempts - (endpointFails ? 0 : _first.Length);
        return Math.Min(_base * Math.Pow(_factor, Math.Min(grown - 1, 1000)), _cap);
    }

    private static string? Text(JsonElement at, string name) =>
        at.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static double? Number(JsonElement at, string name) =>
        at.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static double? Ms(JsonElement at, string name) =>
        Text(at, name) is { } text ? text == "none" ? double.PositiveInfinity : Durations.ParseMs(text) : null;

    private static double[]? Texts(JsonElement at, string name) =>
        at.TryGetProperty(name, out var all) && all.ValueKind == JsonValueKind.Array
            ? [.. all.EnumerateArray().Select(one => Durations.ParseMs(one.GetString()!))] : null;
}
