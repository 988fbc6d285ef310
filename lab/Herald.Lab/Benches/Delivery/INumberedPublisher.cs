namespace Herald.Lab.Benches.Delivery;

/// <summary>Publishes events that are numbered 1, 2, 3 … within their key.</summary>
internal interface INumberedPublisher
{
    /// <summary>Events accepted so far.</summary>
    long Published { get; }

    /// <exception cref="BenchException">Not all events were accepted.</exception>
    Task PublishAsync(int count, CancellationToken cancel);
}
