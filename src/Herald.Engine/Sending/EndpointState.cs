namespace Herald.Engine.Sending;

/// <summary>What the attempts of this node say of an endpoint.</summary>
public enum EndpointState
{
    /// <summary>None has succeeded or failed since the node knows the endpoint.</summary>
    Unknown,

    /// <summary>None has failed since the last success.</summary>
    Works,

    Fails,
}
