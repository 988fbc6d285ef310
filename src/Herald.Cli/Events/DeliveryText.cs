using System.Text.Json;
using Herald.Hosting.Commands;

namespace Herald.Cli.Events;

/// <summary>One sentence for each delivery: what became of it, or why it waits.</summary>
internal sealed class DeliveryText(TimeProvider time)
{
    private readonly MomentText _moments = new(time);

    public string Of(JsonElement delivery)
    {
        var status = Field(delivery, "status") ?? "unknown";
        var steps = Steps(delivery);
        var sentence = delivery.TryGetProperty("why", out var why) && why.ValueKind == JsonValueKind.Object
            ? Waiting(delivery, why) + Before(steps)
            : status switch
            {
                "inFlight" => "an attempt is under way" + Before(steps),
                "delivered" when steps.Count == 0 => "delivered; the history no longer has when",
                "delivered" => Delivered(steps),
                _ => Ended(status, steps),
            };
        return $"{Field(delivery, "subscription")}  {sentence}";
    }

    private static List<JsonElement> Steps(JsonElement delivery) =>
        delivery.TryGetProperty("steps", out var steps) && steps.ValueKind == JsonValueKind.Array ? [.. steps.EnumerateArray()] : [];

    /// <summary>"delivered 17:15:41 after redrive (dead-lettered 17:15:20, 3 attempts), again 17:21:03 after replay by ops"</summary>
    private string Delivered(List<JsonElement> steps)
    {
        var (text, cause, asides) = ("", "", new List<string>());
        foreach (var step in steps)
        {
            switch (Field(step, "step"))
            {
                case "delivered":
                    if (Field(step, "attempts") is { } attempts && attempts != "1")
                        asides.Add($"{attempts} attempts");
                    text += (text.Length == 0 ? "delivered " : ", again ") + At(step) + cause + InBrackets(asides);
                    (cause, asides) = ("", []);
                    break;
                case "redriven":
                    cause = " after redrive" + By(step);
                    break;
                case "released":
                    cause = " after release" + By(step);
                    break;
                case "replayed":
                    cause = " after replay" + By(step);
                    break;
                default:
                    asides.Add(Phrase(step));
                    break;
            }
        }
        // What came after the last success, for example the discard of a dead letter of before, does not change that it was delivered.
        return text.Length == 0 ? "delivered; the history no longer has when" + Before(steps)
            : text + (asides.Count > 0 ? "; " + string.Join(", ", asides) : "");
    }

    private string Ended(string status, List<JsonElement> steps) =>
        steps.Count == 0 ? status : Phrase(steps[^1]) + InBrackets(steps.Take(steps.Count - 1).Select(Phrase));

    private string Before(List<JsonElement> steps) => InBrackets(steps.Select(Phrase));

    private static string InBrackets(IEnumerable<string> phrases) => string.Join("; ", phrases) is { Length: > 0 } all ? $" ({all})" : "";

    private string Phrase(JsonElement step)
    {
        var (name, attempts) = (Field(step, "step"), Field(step, "attempts"));
        var verb = name == "deadLettered" ? "dead-lettered" : name;
        return $"{verb}{(Field(step, "topic") is { } topic ? $" to {topic}" : "")} {At(step)}{By(step)}"
            + (attempts is null ? "" : $", {Attempts(attempts)}");
    }

    private string Waiting(JsonElement delivery, JsonElement why)
    {
        var (attempts, endpoint) = (Field(delivery, "attempts") ?? "0", Field(why, "endpoint"));
        return Field(why, "reason") switch
        {
            "behindEvent" => $"waiting behind {Field(why, "eventId") ?? "an older event of its key"} ({string.Join(", ", Ahead(why))})",
            "failed" => $"blocked after {Attempts(attempts)} ({string.Join(", ", Failure(why))})",
            "held" => $"held after {Attempts(attempts)}{(Field(why, "lastReason") is { } reason ? $" ({reason})" : "")}: "
                + "release its key, or discard the event",
            "paused" => $"waiting: the subscription is paused{Since(why)}{By(why)}",
            "disabled" => $"waiting: Herald has disabled the subscription{Since(why)}: {Field(why, "because")}",
            "endpointSilent" => $"waiting: {endpoint} does not answer, and gets single attempts until it does",
            "noChannel" => $"waiting: the node lacks {Field(why, "lacks")}",
            "noSecret" => "waiting: the secret of the endpoint cannot be read, and nothing is sent without it; "
                + $"see {OwnCommand.With("subscriptions rotate-secret")}",
            "notReached" => $"waiting: the subscription has still to read {Field(why, "entries")} entries of the log",
            "noRoom" => "waiting until an attempt can start",
            "filteredOut" => $"filtered out: {Mismatch(why)}",
            "filterChanged" => "not delivered as far as the history goes back; the filter has changed since",
            "notSubscribed" => $"not subscribed: its deliveries begin after the event; it was created {_moments.Find(why, "since")} "
                + "(what a deleted one with this id got is not known)",
            "beforeReplay" => "not delivered as far as the history goes back, and its replay"
                + $"{Since(why, " of")}{By(why)} began after the event",
            "otherTopic" => $"not subscribed: its topic is {Field(why, "topic")}",
            var other => $"{Field(delivery, "status")}: {other}",
        };
    }

    private IEnumerable<string> Ahead(JsonElement why)
    {
        if (Field(why, "key") is { } key)
            yield return $"key {key}";
        if (Field(why, "status") == "held")
            yield return "held";
        if (Field(why, "status") == "inFlight")
            yield return "an attempt is under way";
        if (Field(why, "attempts") is { } attempts and not "0")
            yield return Attempts(attempts);
        foreach (var failure in Failure(why))
            yield return failure;
    }

    private IEnumerable<string> Failure(JsonElement why)
    {
        // Some reasons begin with the host already.
        var endpoint = Field(why, "endpoint");
        if (Field(why, "lastReason") is { } reason)
            yield return endpoint is null || reason.StartsWith(endpoint, StringComparison.Ordinal) ? reason : $"{endpoint}: {reason}";
        if (_moments.Find(why, "nextAttemptAt") is { } next)
            yield return $"next {next}";
    }

    private static string Mismatch(JsonElement why)
    {
        var wanted = why.TryGetProperty("wanted", out var values) && values.ValueKind == JsonValueKind.Array
            ? string.Join(" or ", values.EnumerateArray().Select(ForeignText.Plain)) : "";
        var attribute = Field(why, "attribute");
        return Field(why, "value") is { } value ? $"{attribute}={value}, wants {wanted}" : $"it has no {attribute}, wants {wanted}";
    }

    private static string Attempts(string count) => count == "1" ? "1 attempt" : $"{count} attempts";

    private string? At(JsonElement step) => _moments.Find(step, "at");

    private string Since(JsonElement why, string before = " since") => _moments.Find(why, "since") is { } at ? $"{before} {at}" : "";

    private static string By(JsonElement element) => Field(element, "by") is { } by ? $" by {by}" : "";

    private static string? Field(JsonElement element, string name) => ForeignText.Find(element, name);
}
