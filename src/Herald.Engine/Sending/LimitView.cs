namespace Herald.Engine.Sending;

/// <summary>Why a node's limit for the attempts of a subscription is what it is.</summary>
public enum LimitReason
{
    /// <summary>It is all that the subscription allows.</summary>
    Full,

    /// <summary>It is this node's part of what the subscription allows: the other nodes have the rest.</summary>
    Share,

    /// <summary>It rises while more attempts wait and the endpoint keeps its speed.</summary>
    Adapting,

    /// <summary>The endpoint answers, but with failures. It gets few attempts at a time until one succeeds.</summary>
    EndpointFails,

    /// <summary>The endpoint does not answer, or this node cannot reach it. It gets single attempts until it answers.</summary>
    EndpointSilent,
}

/// <param name="InFlight">The attempts under way from this node.</param>
/// <param name="Limit">The attempts that this node may have under way; 0 while it only probes.</param>
internal readonly record struct LimitView(int InFlight, int Limit, LimitReason Reason);
