using System.Text.Json;
using Herald.Cli.Events;
using Herald.Client;
using Herald.Engine.Basics;
using Herald.Hosting.Commands;

namespace Herald.Cli.Subscriptions;

/// <summary>How far a subscription is behind, in one line.</summary>
internal sealed class LagText(TimeProvider time)
{
    public string Of(JsonElement lag) => $"{Field(lag, "subscription")}  {string.Join("; ", Parts(lag))}";

    /// <summary>It is certain that no event waits.</summary>
    public static bool IsEmpty(JsonElement lag) => Field(lag, "waiting") is null or "0" && About(lag).Length == 0;

    private IEnumerable<string> Parts(JsonElement lag)
    {
        var stopped = Field(lag, "status") is { } status and not SubscriptionStatus.Active ? status : null;
        if (stopped is not null)
            yield return Field(lag, "statusReason") is { } reason ? $"{stopped}: {reason}" : stopped;
        var idle = stopped is null && Field(lag, "waiting") == "0" && Field(lag, "waitingIs") == "exact" && Field(lag, "inFlight") == "0";
        if (idle)
            yield return "idle";
        yield return Waiting(lag);
        if (Field(lag, "blockedKeys") is { } blocked and not "0")
            yield return $"{Count(blocked, "key")} blocked";
        if (Field(lag, "heldKeys") is { } held and not "0")
            yield return $"{Count(held, "key")} held";
        if (!idle)
            yield return $"{Count(Field(lag, "inFlight"), "attempt")} in flight";
        // What limits attempts is worth a word while it does, and when the endpoint is in trouble.
        if (Field(lag, "waitsFor") is { } lacks)
            yield return $"nothing is sent, because the node lacks {lacks}";
        else if (stopped is null && (IsAtLimit(lag) || Field(lag, "limitReason") is "endpointFails" or "endpointSilent"))
            yield return Limit(lag);
    }

    /// <summary>"303 events wait, the oldest is ord-12 (key order-12) for 4m5s", or "nothing waits".</summary>
    public string Waiting(JsonElement lag)
    {
        var waiting = Field(lag, "waiting") ?? "0";
        var about = About(lag);
        if (IsEmpty(lag))
            return "nothing waits";
        var oldest = Field(lag, "oldestEventId") is { } id
            ? $", the oldest is {id}{(Field(lag, "oldestKey") is { } key ? $" (key {key})" : "")}{Age(lag)}" : "";
        return $"{about}{waiting} {(waiting == "1" ? "event waits" : "events wait")}{oldest}";
    }

    private static string About(JsonElement lag) =>
        Field(lag, "waitingIs") switch { "atLeast" => "at least ", "atMost" => "at most ", "estimate" => "about ", _ => "" };

    private string Age(JsonElement lag) => MomentText.Parse(lag, "oldestWaitingAt") is { } at && time.GetUtcNow() - at is { Ticks: > 0 } age
        ? $" for {DurationText.Format(TimeSpan.FromSeconds(Math.Floor(age.TotalSeconds)))}" : "";

    private static bool IsAtLimit(JsonElement lag) =>
        lag.TryGetProperty("limit", out var limit) && lag.TryGetProperty("inFlight", out var inFlight)
        && inFlight.GetInt64() >= limit.GetInt64();

    private static string Limit(JsonElement lag)
    {
        var (limit, most) = (Field(lag, "limit"), Field(lag, "maxInFlight"));
        return Field(lag, "limitReason") switch
        {
            "share" => $"{limit} of {most} attempts at once here, because the other nodes have the rest",
            "adapting" =>
                $"{limit} of {most} attempts at once, because the limit rises only while more wait and the endpoint keeps its speed",
            "endpointFails" => $"{limit} of {most} attempts at once, because the endpoint answers with failures",
            "endpointSilent" => "single attempts, because the endpoint does not answer",
            _ => $"{Count(limit, "attempt")} at once",
        };
    }

    private static string Count(string? number, string what) => number == "1" ? $"1 {what}" : $"{number} {what}s";

    private static string? Field(JsonElement element, string name) => ForeignText.Find(element, name);
}
