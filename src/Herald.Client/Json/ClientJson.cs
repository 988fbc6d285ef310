using System.Text.Json;
using System.Text.Json.Serialization;

namespace Herald.Client;

/// <summary>
/// All JSON of the API, generated at compile time, so the client works in programs that are trimmed or compiled ahead of time. Reading is
/// lenient: fields of a newer server are ignored. Writing leaves out what is null, which means the same to the server.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    // Without the fast path of serialization, which knows no converters.
    GenerationMode = JsonSourceGenerationMode.Metadata,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = new[] { typeof(DurationConverter) })]
[JsonSerializable(typeof(Topic))]
[JsonSerializable(typeof(TopicDefinition))]
[JsonSerializable(typeof(Page<Topic>))]
[JsonSerializable(typeof(SubscriptionDefinition))]
[JsonSerializable(typeof(TopicSubscriptionBody))]
[JsonSerializable(typeof(EndpointBody))]
[JsonSerializable(typeof(Subscription))]
[JsonSerializable(typeof(Page<Subscription>))]
[JsonSerializable(typeof(SigningSecrets))]
[JsonSerializable(typeof(RotateSecretBody))]
[JsonSerializable(typeof(ReplayBody))]
[JsonSerializable(typeof(ReleaseBody))]
[JsonSerializable(typeof(TestResult))]
[JsonSerializable(typeof(Lag))]
[JsonSerializable(typeof(Page<Delivery>))]
[JsonSerializable(typeof(Page<BlockedKey>))]
[JsonSerializable(typeof(NewEvent))]
[JsonSerializable(typeof(IReadOnlyList<NewEvent>))]
[JsonSerializable(typeof(PublishAnswer))]
[JsonSerializable(typeof(EventStory))]
[JsonSerializable(typeof(HeraldEvent))]
[JsonSerializable(typeof(DeadLetter))]
[JsonSerializable(typeof(Page<DeadLetter>))]
[JsonSerializable(typeof(DeadLetterSelectionBody))]
[JsonSerializable(typeof(DeadLetterCount))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(Backup))]
[JsonSerializable(typeof(CustomerWebhook))]
[JsonSerializable(typeof(Page<CustomerWebhook>))]
[JsonSerializable(typeof(WebhookDefinition))]
[JsonSerializable(typeof(HandlerRegistration))]
[JsonSerializable(typeof(RegistrationRequest))]
[JsonSerializable(typeof(HeartbeatBody))]
[JsonSerializable(typeof(AlarmUser))]
[JsonSerializable(typeof(NewNotification))]
[JsonSerializable(typeof(IReadOnlyList<NewNotification>))]
[JsonSerializable(typeof(PostedNotification))]
[JsonSerializable(typeof(PostAnswer))]
[JsonSerializable(typeof(IReadOnlyList<PostResult>))]
[JsonSerializable(typeof(Notification))]
[JsonSerializable(typeof(Page<Notification>))]
[JsonSerializable(typeof(NotificationCounts))]
[JsonSerializable(typeof(ResultBody))]
[JsonSerializable(typeof(Suppression))]
[JsonSerializable(typeof(Page<Suppression>))]
[JsonSerializable(typeof(SuppressionBody))]
internal sealed partial class ClientJson : JsonSerializerContext;
