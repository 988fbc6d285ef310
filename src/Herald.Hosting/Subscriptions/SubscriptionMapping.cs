using System.Text.Json;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Subscriptions;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;

namespace Herald.Hosting.Subscriptions;

/// <summary>Converts subscriptions between the wire and the domain.</summary>
/// <remarks>
/// Reading collects the values that the domain cannot express at all, such as an invalid duration. The catalog decides whether a value
/// makes sense.
/// </remarks>
public static class SubscriptionMapping
{
    private const string NoBound = "none";

    /// <param name="present">The labels that the subscription has.</param>
    public static SubscriptionDraft ToDraft(string id, SubscriptionBody body, TextMap present, ProblemList found) => new()
    {
        Id = id,
        Topic = body.Topic,
        Endpoint = body.Endpoint.Address,
        Settings = TextMap.Of(body.Endpoint.Settings),
        Description = body.Description,
        Labels = LabelMapping.ToLabels(body.Labels, present, found),
        Filter = ToFilter(body.Filter, found),
        Retry = ToRetry(body.Retry, found),
        Limits = ToLimits(body.Limits, found),
        Reports = ReportMapping.ToReports(body.Reports, found),
        Secret = ToSecret(body.Secret, found),
    };

    public static StartFrom ToStart(JsonElement? from, ProblemList found)
    {
        const string Rule = "Use \"now\", \"earliest\", a time as in RFC 3339, or a sequence (a whole number from 1).";
        switch (from)
        {
            case null or { ValueKind: JsonValueKind.Null }:
                return new StartFrom.Now();
            case { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var sequence) && sequence >= 1:
                return new StartFrom.Sequence(sequence);
            case { ValueKind: JsonValueKind.String } text:
                switch (text.GetString()!)
                {
                    case "now":
                        return new StartFrom.Now();
                    case "earliest":
                        return new StartFrom.Earliest();
                    case var other when TimeText.TryParse(other, out var time):
                        return new StartFrom.Time(time);
                }
                break;
        }
        found.Add("/from", from.Value, Rule);
        return new StartFrom.Now();
    }

    public static ReadOnlyMemory<byte>? ToSecret(string? text, ProblemList found)
    {
        if (text is null)
            return null;
        if (WebhookSecret.TryParse(text, out var secret, out _))
            return secret;
        found.Add(
            new FieldProblem(
                "/secret", "(hidden)",
                $"A secret is '{WebhookSecret.Prefix}' followed by {WebhookSecret.MinBytes} to {WebhookSecret.MaxBytes} bytes in "
                    + "base64. Leave it out, and Herald generates one."));
        return null;
    }

    public static TimeSpan? ToSpan(string? text, string pointer, TimeSpan? missing, ProblemList found, bool canBeNone = false)
    {
        if (text is null)
            return missing;
        if (canBeNone && text == NoBound)
            return null;
        if (DurationText.TryParse(text, out var span))
            return span;
        found.Add(FieldProblem.Of(pointer, text, canBeNone ? $"{DurationText.RuleFor(text)} Or {NoBound}." : DurationText.RuleFor(text)));
        return missing;
    }

    private static Filter ToFilter(Dictionary<string, JsonElement>? wire, ProblemList found)
    {
        if (wire is not { Count: > 0 })
            return Filter.All;
        var clauses = new List<FilterClause>();
        foreach (var (name, values) in wire.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var pointer = ShapeCheck.Step("/filter", name);
            if (values.ValueKind != JsonValueKind.Array)
            {
                found.Add(pointer, values, "Must be an array of strings: the values that match exactly.");
                continue;
            }
            var texts = new List<string>();
            var index = 0;
            foreach (var value in values.EnumerateArray())
            {
                if (value.ValueKind == JsonValueKind.String)
                    texts.Add(value.GetString()!);
                else
                    found.Add(
                        $"{pointer}/{index}", value,
                        "Must be a string, which matches exactly. Prefixes, numbers, ranges and other operators are not supported.");
                index++;
            }
            clauses.Add(new FilterClause(name, name == Filter.TypeClause, texts));
        }
        return new Filter(clauses);
    }

    private static RetryPolicy ToRetry(RetryWire? wire, ProblemList found)
    {
        var standard = RetryPolicy.Default;
        if (wire is null)
            return standard;
        return standard with
        {
            Waits = ToWaits(wire, found),
            MaxAttempts = wire.MaxAttempts,
            MaxAge = ToSpan(wire.MaxAge, "/retry/maxAge", standard.MaxAge, found, canBeNone: true),
            Ttl = ToSpan(wire.Ttl, "/retry/ttl", standard.Ttl, found, canBeNone: true),
            OnExhausted = ToOnExhausted(wire.OnExhausted, found),
            ForwardTo = wire.ForwardTo,
        };
    }

    private static RetryWaits ToWaits(RetryWire wire, ProblemList found)
    {
        var standard = (RetryWaits.Exponential)RetryPolicy.Default.Waits;
        var jitter = wire.Jitter ?? standard.Jitter;
        switch (wire.Strategy)
        {
            case "schedule":
                if (wire.First is not null)
                    found.Add(FieldProblem.Of("/retry/first", $"{wire.First.Count} waits", "Allowed only with strategy: exponential."));
                RefuseGiven(wire.Base, "/retry/base", "exponential", found);
                RefuseGiven(wire.Factor, "/retry/factor", "exponential", found);
                RefuseGiven(wire.Cap, "/retry/cap", "exponential", found);
                var waits = (wire.Schedule ?? []).Select(
                    (wait, i) => ToSpan(wait, $"/retry/schedule/{i}", TimeSpan.Zero, found)!.Value).ToList();
                return new RetryWaits.Schedule(waits, jitter);
            case null or "exponential":
                if (wire.Schedule is not null)
                    found.Add(FieldProblem.Of("/retry/schedule", $"{wire.Schedule.Count} waits", "Allowed only with strategy: schedule."));
                var cap = ToSpan(wire.Cap, "/retry/cap", standard.Cap, found)!.Value;
                // A caller that gives only the base means it as the first wait, so no shorter waits come before it.
                var first = wire.First?.Select((wait, i) => ToSpan(wait, $"/retry/first/{i}", TimeSpan.Zero, found)!.Value).ToList()
                    ?? (wire.Base is null ? standard.First : []);
                return new RetryWaits.Exponential(ToSpan(wire.Base, "/retry/base", standard.Base, found)!.Value, wire.Factor ?? standard.Factor, cap, jitter) { First = first };
            default:
                found.Add(FieldProblem.Of("/retry/strategy", wire.Strategy, "Use exponential or schedule."));
                return standard;
        }
    }

    private static void RefuseGiven(object? value, string pointer, string strategy, ProblemList found)
    {
        if (value is not null)
            found.Add(
                FieldProblem.Of(
                    pointer, Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture),
                    $"Allowed only with strategy: {strategy}."));
    }

    private static OnExhausted ToOnExhausted(string? text, ProblemList found)
    {
        switch (text)
        {
            case null or "deadLetter":
                return OnExhausted.DeadLetter;
            case "hold":
                return OnExhausted.Hold;
            case "forward":
                return OnExhausted.Forward;
            default:
                found.Add(FieldProblem.Of("/retry/onExhausted", text, "Use deadLetter, hold or forward."));
                return OnExhausted.DeadLetter;
        }
    }

    private static DeliveryLimits ToLimits(LimitsWire? wire, ProblemList found)
    {
        var standard = DeliveryLimits.Default;
        if (wire is null)
            return standard;
        return new()
        {
            MaxInFlight = wire.MaxInFlight ?? standard.MaxInFlight,
            RatePerSecond = wire.RatePerSecond,
            Timeout = ToSpan(wire.Timeout, "/limits/timeout", standard.Timeout, found)!.Value,
            FixedInFlight = wire.FixedInFlight ?? standard.FixedInFlight,
        };
    }

    /// <param name="secrets">Only when they are new; otherwise null.</param>
    public static SubscriptionWire ToWire(Subscription subscription, Secrets? secrets = null) => new()
    {
        Id = subscription.Id,
        Topic = subscription.Topic,
        Endpoint = ToWire(subscription.Endpoint),
        Description = subscription.Description,
        Labels = LabelMapping.ToWire(subscription.Labels),
        Filter = subscription.Filter.Clauses.ToDictionary(c => c.Attribute, c => c.Values, StringComparer.Ordinal),
        Retry = ToWire(subscription.Retry),
        Limits = ToWire(subscription.Limits),
        Reports = ReportMapping.ToWire(subscription.Reports),
        Status = NameOf(subscription.Status),
        StatusReason = subscription.StatusReason,
        Generation = subscription.Generation,
        CreatedAt = TimeText.Format(subscription.CreatedAt),
        UpdatedAt = TimeText.Format(subscription.UpdatedAt),
        Version = subscription.Version,
        Secret = secrets is { AreNone: false } ? WebhookSecret.Format(secrets.Current.Span) : null,
    };

    /// <summary>
    /// The document that a merge patch applies to: all fields that can be changed. Without a secret, the present one stays.
    /// </summary>
    public static SubscriptionBody ToBody(Subscription subscription) => new()
    {
        Topic = subscription.Topic,
        Endpoint = ToWire(subscription.Endpoint),
        Description = subscription.Description,
        Labels = LabelMapping.ToWire(subscription.Labels),
        Filter = subscription.Filter.Clauses.ToDictionary(
            c => c.Attribute, c => JsonSerializer.SerializeToElement(c.Values, FilterJson.Default.IReadOnlyListString),
            StringComparer.Ordinal),
        Retry = ToWire(subscription.Retry),
        Limits = ToWire(subscription.Limits),
        Reports = ReportMapping.ToWire(subscription.Reports),
    };

    private static EndpointWire ToWire(Endpoint endpoint) => new(endpoint.Address.OriginalString, LabelMapping.ToWire(endpoint.Settings));

    public static SecretWire ToWire(Secrets secrets) => new()
    {
        Secret = WebhookSecret.Format(secrets.Current.Span),
        Previous = secrets.PreviousUntil is null ? null : WebhookSecret.Format(secrets.Previous.Span),
        PreviousUntil = TimeText.Format(secrets.PreviousUntil),
    };

    public static TestResultWire ToWire(AttemptResult result) => new()
    {
        Outcome = NameOf(result.Outcome),
        Stage = NameOf(result.Stage),
        StatusCode = result.StatusCode,
        Reason = result.Reason,
        DurationMs = result.Duration.TotalMilliseconds,
        Answer = result.Answer,
    };

    /// <summary>The name of a state on the wire is its name in the domain, in camel case.</summary>
    public static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static RetryWire ToWire(RetryPolicy retry)
    {
        var wire = new RetryWire
        {
            MaxAttempts = retry.MaxAttempts,
            MaxAge = retry.MaxAge is { } age ? DurationText.Format(age) : NoBound,
            Ttl = retry.Ttl is { } ttl ? DurationText.Format(ttl) : null,
            OnExhausted = NameOf(retry.OnExhausted),
            ForwardTo = retry.ForwardTo,
        };
        switch (retry.Waits)
        {
            case RetryWaits.Exponential waits:
                (wire.Strategy, wire.Base, wire.Factor) = ("exponential", DurationText.Format(waits.Base), waits.Factor);
                wire.First = [.. waits.First.Select(DurationText.Format)];
                (wire.Cap, wire.Jitter) = (DurationText.Format(waits.Cap), waits.Jitter);
                break;
            case RetryWaits.Schedule waits:
                (wire.Strategy, wire.Schedule, wire.Jitter) = ("schedule", [.. waits.Waits.Select(DurationText.Format)], waits.Jitter);
                break;
        }
        return wire;
    }

    /// <summary>The retry policy with the defaults of what is missing.</summary>
    internal static RetryWire Complete(RetryWire? wire, ProblemList found) => ToWire(ToRetry(wire, found));

    /// <summary>The limits with the defaults of what is missing.</summary>
    internal static LimitsWire Complete(LimitsWire? wire, ProblemList found) => ToWire(ToLimits(wire, found));

    private static LimitsWire ToWire(DeliveryLimits limits) => new()
    {
        MaxInFlight = limits.MaxInFlight,
        RatePerSecond = limits.RatePerSecond,
        Timeout = DurationText.Format(limits.Timeout),
        FixedInFlight = limits.FixedInFlight,
    };
}
