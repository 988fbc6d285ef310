namespace Herald.Lab.Benches.Delivery;

/// <summary>Publishes events that are numbered in their key, 1, 2, 3 …</summary>
internal interface INumberedPublisher
{
    /// <summary>Events accepted so far.</summary>
    long Published { get; }

    /// <exception cref="BenchException">They are not all taken.</exception>
    Task PublishAsync(int count, CancellationToken cancel);
}
