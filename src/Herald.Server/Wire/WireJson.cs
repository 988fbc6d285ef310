using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Herald.Hosting.Problems;
using Herald.Hosting.Subscriptions;
using Herald.Hosting.Wire;
using Herald.Server.DeadLetters;
using Herald.Server.Events;
using Herald.Server.Health;
using Herald.Server.Http;
using Herald.Server.Publishing;
using Herald.Server.Topics;

namespace Herald.Server.Wire;

/// <summary>
/// How all JSON except published events is written and read. The settings must be on the options: a context that is only a resolver would
/// ignore them.
/// </summary>
internal static class WireJson
{
    public static readonly JsonSerializerOptions Options = Apply(new JsonSerializerOptions(JsonSerializerDefaults.Web), []);

    /// <param name="more">The resolvers of modules that have types of their own.</param>
    public static JsonSerializerOptions Apply(JsonSerializerOptions options, IEnumerable<IJsonTypeInfoResolver> more)
    {
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.TypeInfoResolverChain.Clear();
        options.TypeInfoResolverChain.Add(WireContext.Default);
        foreach (var resolver in more)
            options.TypeInfoResolverChain.Add(resolver);
        return options;
    }
}

[JsonSerializable(typeof(TopicWire))]
[JsonSerializable(typeof(TopicBody))]
[JsonSerializable(typeof(EndpointObject))]
[JsonSerializable(typeof(ListWire<TopicWire>))]
[JsonSerializable(typeof(NewEventWire))]
[JsonSerializable(typeof(NewEventWire[]))]
[JsonSerializable(typeof(PublishAnswerWire))]
[JsonSerializable(typeof(SubscriptionBody))]
[JsonSerializable(typeof(TopicSubscriptionBody))]
[JsonSerializable(typeof(SubscriptionWire))]
[JsonSerializable(typeof(ListWire<SubscriptionWire>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(SecretWire))]
[JsonSerializable(typeof(RotateSecretBody))]
[JsonSerializable(typeof(ReplayBody))]
[JsonSerializable(typeof(ReleaseBody))]
[JsonSerializable(typeof(TestResultWire))]
[JsonSerializable(typeof(EventStoryWire))]
[JsonSerializable(typeof(EventWire))]
[JsonSerializable(typeof(ListWire<DeliveryWire>))]
[JsonSerializable(typeof(ListWire<BlockedKeyWire>))]
[JsonSerializable(typeof(LagWire))]
[JsonSerializable(typeof(DeadLetterWire))]
[JsonSerializable(typeof(ListWire<DeadLetterWire>))]
[JsonSerializable(typeof(DeadLetterSelectionBody))]
[JsonSerializable(typeof(CountWire))]
[JsonSerializable(typeof(BackupBody))]
[JsonSerializable(typeof(BackupWire))]
[JsonSerializable(typeof(HealthWire))]
[JsonSerializable(typeof(ProblemWire))]
internal sealed partial class WireContext : JsonSerializerContext;
