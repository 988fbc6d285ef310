using System.CommandLine;
using System.Text.Json.Nodes;
using Herald.Hosting.Commands;

namespace Herald.Cli.Subscriptions;

/// <summary>The fields of a subscription that options set: those of <c>subscriptions put</c> and <c>subscriptions set</c>.</summary>
internal sealed class SubscriptionFields
{
    private static readonly string[] OfExponential = ["first", "base", "factor", "cap"];
    private const string OfSchedule = "schedule";

    private static readonly Func<JsonNode?> Nothing = () => null;

    private readonly SubscriptionField _endpoint = new(
        "--endpoint", "endpoint.address", "URL", "The endpoint that gets the events, such as https://example.com/hook.", FieldForm.Text);

    private readonly SubscriptionField[] _fields =
    [
        new("--description", "description", "TEXT", "A description, for people.", FieldForm.Text, Nothing),
        new("--retry-strategy", "retry.strategy", "STRATEGY", "How waits between attempts are chosen: exponential or schedule.",
            FieldForm.Text),
        new("--retry-first", "retry.first", "DURATIONS", "The short waits before --retry-base, such as 50ms,250ms, or none.",
            FieldForm.Durations, () => new JsonArray()),
        new("--retry-base", "retry.base", "DURATION", "The first wait that grows, such as 1s.", FieldForm.Duration),
        new("--retry-factor", "retry.factor", "N", "The factor from one wait to the next, such as 2.", FieldForm.Number),
        new("--retry-cap", "retry.cap", "DURATION", "The longest wait, such as 10m.", FieldForm.Duration),
        new("--retry-schedule", "retry.schedule", "DURATIONS",
            "The waits in order, such as 1s,10s,1m, instead of growing ones. The last repeats.", FieldForm.Durations, Nothing),
        new("--retry-jitter", "retry.jitter", "N", "How much waits vary, such as 0.2 for 20 % more or less. 0 to 1.", FieldForm.Number),
        new("--retry-max-attempts", "retry.maxAttempts", "N", "The largest number of attempts, such as 20, or none for no bound.",
            FieldForm.Whole, Nothing),
        new("--retry-max-age", "retry.maxAge", "DURATION",
            "How long after its first attempt a delivery is tried, such as 3d, or none for no bound.", FieldForm.Duration, () => SubscriptionField.None),
        new("--retry-ttl", "retry.ttl", "DURATION",
            "How long after its acceptance an event is delivered, such as 1h, or none for no bound.", FieldForm.Duration, Nothing),
        new("--retry-on-exhausted", "retry.onExhausted", "ACTION", "What follows the last attempt: deadLetter, hold or forward.",
            FieldForm.Text),
        new("--retry-forward-to", "retry.forwardTo", "TOPIC", "The topic to which events are forwarded after the last attempt.",
            FieldForm.Text, Nothing),
        new("--max-in-flight", "limits.maxInFlight", "N", "The largest number of attempts in flight, such as 50.", FieldForm.Whole),
        new("--rate-per-second", "limits.ratePerSecond", "N",
            "The largest number of attempts per second, such as 10, or none for no bound.", FieldForm.Number, Nothing),
        new("--timeout", "limits.timeout", "DURATION", "The longest duration of one attempt, such as 15s.", FieldForm.Duration),
        new("--fixed-in-flight", "limits.fixedInFlight", "BOOL", "true: always --max-in-flight attempts, not adapted to the receiver.",
            FieldForm.Switch),
        new("--report-to", "reports.topic", "TOPIC", "The topic that gets an event for each delivery that ends, or none for no reports.",
            FieldForm.Text, Nothing),
        new("--report-on", "reports.on", "KINDS", "What is reported, such as exhausted,expired,disabled. Everything by default.", FieldForm.Kinds),
    ];

    private readonly NamedValues[] _named =
    [
        new("--endpoint-setting", "endpoint.settings", "NAME=VALUE", "acks=all", "A setting of the endpoint's channel.", text => text),
        new("--label", "labels", "NAME=VALUE", "team=billing", "A label of the subscription, for lists.", text => text),
        new("--filter", "filter", "NAME=VALUE[,VALUE…]", "type=placed,paid",
            "Only events whose type or attribute has one of these values, such as type=placed,paid.",
            text => text.Length > 0 ? FieldForm.ListOf(text) : null),
    ];

    public SubscriptionFields AddTo(Command command)
    {
        command.Options.Add(_endpoint.Option);
        foreach (var field in _named)
            command.Options.Add(field.Option);
        foreach (var field in _fields)
            command.Options.Add(field.Option);
        return this;
    }

    /// <summary>Some option names a value that is to be the only one, so the present values must be known.</summary>
    public bool Replaces(ClientCall call) =>
        _named.Any(field => call.Get(field.Option) is { Length: > 1 } given && NamedValues.Clears(given));

    /// <summary>Sets the given fields of a whole definition.</summary>
    public void Define(ClientCall call, JsonObject definition)
    {
        // An address alone is a text, so that it also replaces the settings in a file.
        if (call.Get(_endpoint.Option) is { } address)
            definition["endpoint"] = address;
        if (call.Get(_named[0].Option) is { Length: > 0 } && definition["endpoint"] is JsonValue text)
            definition["endpoint"] = new JsonObject { ["address"] = text.DeepClone() };
        foreach (var (field, given) in GivenNames(call))
        {
            if (NamedValues.Clears(given))
                Put(definition, field.Path, null);
            foreach (var (name, value) in field.Read(given))
                Put(definition, [.. field.Path, name], value);
        }
        foreach (var (field, value) in GivenValues(call))
            Put(definition, field.Path, value);
        EndReports(definition);
        ChooseStrategy(definition, _ => { });
    }

    /// <summary>A merge patch with the given fields. It leaves all others as they are.</summary>
    /// <param name="present">The subscription as it is. Only needed when an option <see cref="Replaces"/> values.</param>
    public JsonObject Patch(ClientCall call, JsonObject? present)
    {
        var patch = new JsonObject();
        if (call.Get(_endpoint.Option) is { } address)
            Put(patch, _endpoint.Path, address);
        foreach (var (field, given) in GivenNames(call))
        {
            if (NamedValues.Clears(given) && given.Count == 1)
                Put(patch, field.Path, null);
            else if (NamedValues.Clears(given) && Find(present, field.Path) is JsonObject there)
                there.ToList().ForEach(old => Put(patch, [.. field.Path, old.Key], null));
            foreach (var (name, value) in field.Read(given))
                Put(patch, [.. field.Path, name], value);
        }
        foreach (var (field, value) in GivenValues(call))
            Put(patch, field.Path, value);
        EndReports(patch);
        // The fields of one strategy are refused with the other one.
        ChooseStrategy(patch, other => Put(patch, ["retry", other], null));
        return patch;
    }

    /// <summary>Reports without a topic are none.</summary>
    private static void EndReports(JsonObject body)
    {
        if (body["reports"] is JsonObject reports && reports.TryGetPropertyValue("topic", out var topic) && topic is null)
            body["reports"] = null;
    }

    private static void ChooseStrategy(JsonObject body, Action<string> reset)
    {
        if (body["retry"] is not JsonObject retry)
            return;
        if (retry["schedule"] is not null && !retry.ContainsKey("strategy"))
            retry["strategy"] = OfSchedule;
        var others = (string?)retry["strategy"] switch { OfSchedule => OfExponential, "exponential" => [OfSchedule], _ => [] };
        foreach (var other in others.Where(other => !retry.ContainsKey(other)))
            reset(other);
    }

    private IEnumerable<(NamedValues Field, IReadOnlyList<string> Given)> GivenNames(ClientCall call) =>
        _named.Select(field => (field, (IReadOnlyList<string>)(call.Get(field.Option) ?? []))).Where(one => one.Item2.Count > 0);

    private IEnumerable<(SubscriptionField Field, JsonNode? Value)> GivenValues(ClientCall call) =>
        _fields.Where(field => call.Get(field.Option) is not null).Select(field => (field, field.Read(call.Get(field.Option)!)));

    private static JsonNode? Find(JsonNode? node, IEnumerable<string> path) =>
        path.Aggregate(node, (inside, name) => (inside as JsonObject)?[name]);

    private static void Put(JsonObject body, IReadOnlyList<string> path, JsonNode? value)
    {
        foreach (var name in path.SkipLast(1))
        {
            if (body[name] is not JsonObject inside)
                body[name] = inside = [];
            body = inside;
        }
        body[path[^1]] = value;
    }
}
