namespace Herald.Soak.Faults;

/// <summary>The names of faults for people.</summary>
internal static class FaultText
{
    public static string Of(FaultKind kind) => kind switch
    {
        FaultKind.Kill => "node killed",
        FaultKind.Stop => "node stopped",
        FaultKind.Pause => "node stands still",
        FaultKind.Cut => "node cut off from the database",
        FaultKind.Reset => "connections to the database reset",
        FaultKind.Database => "database killed",
        FaultKind.Kafka => "Kafka killed",
        FaultKind.Nats => "NATS killed",
        FaultKind.Disk => "database's disk full",
        FaultKind.Clock => "node's clock set",
        FaultKind.Receiver => "another receiver down",
    };

    public static string Word(FaultKind kind) => kind.ToString().ToLowerInvariant();
}
