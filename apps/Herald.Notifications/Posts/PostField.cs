namespace Herald.Notifications.Posts;

/// <summary>The fields of a post.</summary>
internal enum PostField
{
    Uuid,
    Text,
    Destination,
    To,
    Subject,
    Html,
    Data,
    Template,
    Params,
    NotBefore,
    Expires,
    Priority,
    Category,
    Unsubscribe,

    /// <summary>Only in messages of Kafka.</summary>
    ReceivedAt,
}
