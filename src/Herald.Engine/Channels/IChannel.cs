namespace Herald.Engine.Channels;

/// <summary>
/// A way to deliver. It owns the endpoints of its schemes: their addresses, settings and secrets. An implementation keeps no state for a
/// subscription except pooled connections.
/// </summary>
public interface IChannel
{
    /// <summary>URI schemes that this channel serves, for example <c>http</c> and <c>https</c>. Two channels must not share one.</summary>
    IReadOnlyList<string> Schemes { get; }

    /// <summary>The settings that an endpoint can have besides its address. Any other one is refused. None by default.</summary>
    IReadOnlyList<EndpointSetting> Settings => [];

    /// <summary>The secret that each endpoint has; null, as by default, when endpoints have none.</summary>
    SecretRules? Secret => null;

    /// <summary>Checks an address before a subscription gets it. Returns what is wrong, or null.</summary>
    string? Refuse(Uri address);

    /// <summary>Makes one try. A receiver that fails is a result, not an exception.</summary>
    /// <remarks>
    /// The call ends by itself within the subscription's time-out. It is cancelled when the attempt is given up: the node stops or the
    /// shard moves and the attempt's time is over, the shard's lease has run out, or the subscription was deleted. It must then end soon.
    /// A channel that may not send now, for example because of a rate, says how long (<see cref="AttemptResult.NotTriedFor"/>).
    /// </remarks>
    ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel);
}
