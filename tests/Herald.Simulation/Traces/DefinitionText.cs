using System.Globalization;
using System.Text.Json;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Subscriptions;

namespace Herald.Simulation.Traces;

/// <summary>A subscription as an operator writes it: the body of a PUT, with full names.</summary>
internal static class DefinitionText
{
    public static string Of(SubscriptionDraft draft, TenantId tenant)
    {
        var exhausted = JsonNamingPolicy.CamelCase.ConvertName(draft.Retry.OnExhausted.ToString());
        var retry = new Dictionary<string, object> { ["onExhausted"] = exhausted };
        switch (draft.Retry.Waits)
        {
            case RetryWaits.Exponential waits:
                (retry["base"], retry["factor"], retry["cap"], retry["jitter"]) = (Duration(waits.Base), waits.Factor,
                    Duration(waits.Cap), waits.Jitter);
                retry["first"] = waits.First.Select(Duration);
                break;
            case RetryWaits.Schedule waits:
                (retry["schedule"], retry["jitter"]) = (waits.Waits.Select(Duration), waits.Jitter);
                break;
        }
        if (draft.Retry.MaxAttempts is { } attempts)
            retry["maxAttempts"] = attempts;
        retry["maxAge"] = draft.Retry.MaxAge is { } age ? Duration(age) : "none";
        if (draft.Retry.Ttl is { } ttl)
            retry["ttl"] = Duration(ttl);
        if (draft.Retry.ForwardTo is { } topic)
            retry["forwardTo"] = tenant.FullName(topic);
        var limits = new Dictionary<string, object>
        {
            ["maxInFlight"] = draft.Limits.MaxInFlight,
            ["timeout"] = Duration(draft.Limits.Timeout),
            ["fixedInFlight"] = draft.Limits.FixedInFlight,
        };
        if (draft.Limits.RatePerSecond is { } rate)
            limits["ratePerSecond"] = rate;
        return JsonSerializer.Serialize(new
        {
            topic = tenant.FullName(draft.Topic),
            endpoint = draft.Endpoint,
            filter = draft.Filter.Clauses.ToDictionary(clause => clause.IsType ? "type" : clause.Attribute, clause => clause.Values),
            retry,
            limits,
        });
    }

    private static string Duration(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds}ms");
}
