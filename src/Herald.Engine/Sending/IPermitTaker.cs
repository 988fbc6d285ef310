namespace Herald.Engine.Sending;

/// <summary>Receives permits from the ledger. The ledger calls it under its lock: post a message and return.</summary>
internal interface IPermitTaker
{
    void Grant(int subscription, PermitKind kind, int count);

    /// <summary>The endpoint answers again: keys that wait because of it become due.</summary>
    void EndpointBack(int subscription);
}
