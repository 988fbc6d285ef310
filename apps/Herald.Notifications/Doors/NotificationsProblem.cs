using Herald.Engine.Basics;
using Herald.Hosting.Problems;
using Herald.Notifications.Posts;
using Herald.Notifications.Recipients;

namespace Herald.Notifications.Doors;

/// <summary>The problems of notifications and recipients, in addition to those of all requests.</summary>
internal static class NotificationsProblem
{
    public static readonly ProblemKind UuidConflict = new("uuid-conflict", 409, "The uuid was used for another notification");
    public static readonly ProblemKind NotificationNotFound = new("notification-not-found", 404, "The notification does not exist");
    public static readonly ProblemKind RecipientNotFound = new("recipient-not-found", 404, "The recipient has no record");
    public static readonly ProblemKind SuppressionNotFound = new("suppression-not-found", 404, "The recipient is not suppressed");
    public static readonly ProblemKind NotRedrivable = new("not-redrivable", 409, "The notification cannot be sent again");
    public static readonly ProblemKind AlreadySettled = new("already-settled", 409, "The notification has another result");
    public static readonly ProblemKind NotExternal = new("not-external", 409, "This server sends the notification itself");
    public static readonly ProblemKind FrontUnavailable = new("front-unavailable", 503, "Kafka does not answer");

    public static readonly ProblemKind NotificationsRefused = new("notifications-refused", 400, "All notifications were refused");
    public static readonly ProblemKind NotificationDamaged = new("notification-damaged", 500, "What is stored of the notification is damaged");

    public static readonly IReadOnlyList<ProblemKind> All =
    [
        NotificationsRefused, NotificationNotFound, RecipientNotFound, SuppressionNotFound, UuidConflict, NotRedrivable, AlreadySettled, NotExternal,
        NotificationDamaged, FrontUnavailable,
    ];

    private const int RetryAfter = 5;

    /// <summary>The problem of a post that is refused. A late one is refused only when it is new.</summary>
    public static Problem Of(PostReading reading) => reading switch
    {
        { IsJson: false } => new(ProblemKind.MalformedJson, reading.Problems.Shown[0].Rule),
        { Late: { } late } => Problem.Invalid([late]),
        { IsOnlyTooLarge: true } => Problem.Invalid(reading.Problems) with { Kind = ProblemKind.PayloadTooLarge, Status = ProblemKind.PayloadTooLarge.Status },
        _ => Problem.Invalid(reading.Problems),
    };

    /// <summary>Null for a post that is taken.</summary>
    public static Problem? Of(PostOutcome outcome, Guid uuid) => outcome switch
    {
        PostOutcome.New or PostOutcome.Same => null,
        PostOutcome.Conflict => Conflict(uuid),
        PostOutcome.NoRoom => NoRoom(),
        PostOutcome.TooLarge => TooLargeForKafka(),
        PostOutcome.Unknown => Unknown(isKafka: true),
        PostOutcome.Damaged => Damaged(uuid),
    };

    public static Problem TooLarge(long bytes, int most) => new(
        ProblemKind.PayloadTooLarge,
        $"The notification has {bytes:N0} bytes. At most {most:N0} bytes are possible here (intake.maxPayloadBytes).");

    public static Problem TooLargeForKafka() => new(
        ProblemKind.PayloadTooLarge,
        "Kafka takes no message of this size. Send less, or raise message.max.bytes in Kafka, in its topic, and in the file of "
            + "kafka.clusters.NAME.propertiesFile.");

    public static Problem Conflict(Guid uuid) => new(
        UuidConflict,
        $"A notification with other content was accepted as {uuid:D}. It is unchanged. Give each notification a uuid of its own.");

    public static Problem NoRoom() => new(
        ProblemKind.NoRoom, "The store is full, and nothing can be freed yet. Post it again later, with the same uuid.")
    {
        RetryAfter = RetryAfter,
    };

    /// <summary>It is not known whether the post is durable.</summary>
    public static Problem Unknown(bool isKafka) => new(
        isKafka ? FrontUnavailable : ProblemKind.StoreUnavailable,
        $"{(isKafka ? "Kafka" : "The store")} has not confirmed the notification, which can be accepted all the same. "
            + "Post it again with the same uuid.")
    {
        RetryAfter = RetryAfter,
    };

    public static Problem Damaged(Guid uuid) => new(
        NotificationDamaged,
        $"What is stored of notification {uuid:D} cannot be read, so it is not known what has become of it. The server's log names what "
            + "is damaged. To send it, perhaps for a second time, post it with a new uuid.");

    public static Problem DamagedPart() => new(
        NotificationDamaged,
        "A part of what was asked for cannot be read. The server's log names what is damaged. Ask for other times, or for single uuids.");

    public static Problem NoUuid(string uuid) => Problem.Invalid("/uuid", uuid, PostUuid.Rule);

    public static Problem NotFound(Guid uuid, bool isKafka) => new(
        NotificationNotFound,
        $"There is no notification {uuid:D}, or it is forgotten."
            + (isKafka ? " One that was posted a moment ago is in Kafka, and is found once a node has taken it from there." : ""));

    public static Problem NotFound(RecipientKey recipient) => new(RecipientNotFound, $"There is no record of {recipient}.");

    public static Problem NotSuppressed(RecipientKey recipient) => new(SuppressionNotFound, $"{recipient} is not suppressed.");

    public static Problem CannotRedrive(Guid uuid, string why) => new(NotRedrivable, $"Notification {uuid:D} cannot be sent again: {why}");

    public static Problem Settled(Guid uuid, NotificationStatus status) =>
        new(AlreadySettled, $"Notification {uuid:D} is {StatusText.Of(status)} already. The first result counts.");

    public static Problem Internal(Guid uuid) =>
        new(NotExternal, $"Notification {uuid:D} goes to a channel of this server, which reports its result by itself.");

    /// <summary>A problem as a part of another answer.</summary>
    public static ProblemWire ToWire(Problem problem) => new()
    {
        Type = problem.Kind.Type,
        Title = problem.Kind.Title,
        Status = problem.Status,
        Detail = problem.Detail,
        Code = problem.Kind.Code,
        Errors = problem.Errors.Count == 0 ? null : [.. problem.Errors.Take(Problem.MostErrors).Select(ToWire)],
    };

    private static FieldProblemWire ToWire(FieldProblem error) => new() { Pointer = error.Pointer, Value = error.Value, Rule = error.Rule };
}
