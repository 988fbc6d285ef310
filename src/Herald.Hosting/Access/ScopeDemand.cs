namespace Herald.Hosting.Access;

/// <summary>What an address demands of its callers. It is metadata of the endpoint; the last one counts.</summary>
/// <remarks>An endpoint without this metadata is a mistake: a test fails, and the server lets only callers with all scopes pass.</remarks>
public sealed class ScopeDemand
{
    public static readonly ScopeDemand Anyone = new(Scopes.None);

    private ScopeDemand(Scopes scope) => Scope = scope;

    /// <summary>None when the address is open to anyone, even without a token.</summary>
    public Scopes Scope { get; }

    public bool IsOpen => Scope == Scopes.None;

    /// <exception cref="ArgumentException">The scope is none: say that with <see cref="Anyone"/>.</exception>
    public static ScopeDemand For(Scopes scope) =>
        scope != Scopes.None ? new(scope) : throw new ArgumentException("Name the scope that the address demands.", nameof(scope));

    public override string ToString() => IsOpen ? "open to anyone" : $"demands {ScopeNames.Of(Scope)}";
}
