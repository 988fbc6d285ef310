namespace Herald.Notifications.Doors;

/// <summary>Makes posts durable: in the store, or in a topic of Kafka.</summary>
internal interface IFront
{
    /// <summary>Posts wait in Kafka until a node takes them into the store.</summary>
    bool IsKafka { get; }

    /// <returns>What became of each post, by index.</returns>
    /// <exception cref="Engine.Stores.StoreUnavailableException">It is not known which posts are durable.</exception>
    ValueTask<PostAnswer[]> PutAsync(ReadOnlyMemory<CheckedPost> posts, CancellationToken cancel);
}
