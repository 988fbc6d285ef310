namespace Herald.Engine.Routing;

/// <summary>States that an event's type and attributes match this revision of this subscription's filter.</summary>
/// <param name="Revision">
/// <see cref="Addressed"/> when the event is addressed to the subscription, which then receives it whatever its filter.
/// </param>
internal readonly record struct Route(int Subscription, int Revision)
{
    public const int Addressed = -1;
}
