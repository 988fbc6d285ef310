namespace Herald.Messages.Providers;

/// <summary>The answer of a <see cref="ProviderGate"/>.</summary>
/// <param name="ComeAgainIn">Null when the message may be sent now; else how long to wait before asking again.</param>
/// <param name="Reason">Why not now.</param>
internal readonly record struct Admission(TimeSpan? ComeAgainIn, string Reason)
{
    public static readonly Admission Given = new(null, "");
}
