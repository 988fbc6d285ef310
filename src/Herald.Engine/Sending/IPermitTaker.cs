namespace Herald.Engine.Sending;

/// <summary>Takes what the ledger gives. Called under its lock: post and return.</summary>
internal interface IPermitTaker
{
    void Grant(int subscription, PermitKind kind, int count);

    /// <summary>The endpoint answers again: keys that wait because of it become due.</summary>
    void EndpointBack(int subscription);
}
