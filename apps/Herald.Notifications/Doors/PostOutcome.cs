namespace Herald.Notifications.Doors;

/// <summary>What became of one post at the door.</summary>
internal enum PostOutcome
{
    /// <summary>It is durable.</summary>
    New,

    /// <summary>The same post was accepted before.</summary>
    Same,

    /// <summary>Another post was accepted with its uuid.</summary>
    Conflict,

    /// <summary>The store is full.</summary>
    NoRoom,

    /// <summary>Kafka takes no message of this size.</summary>
    TooLarge,

    /// <summary>Kafka has not confirmed it. It can be accepted all the same.</summary>
    Unknown,

    /// <summary>What is stored of its uuid cannot be read, so it is not known whether it was sent. It is not accepted.</summary>
    Damaged,
}

/// <param name="Status">Of the notification; of a conflict, that of the other one.</param>
internal readonly record struct PostAnswer(PostOutcome Outcome, NotificationStatus Status);
