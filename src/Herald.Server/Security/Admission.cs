using Herald.Hosting.Access;
using Herald.Hosting.Problems;

namespace Herald.Server.Security;

/// <summary>What the access rules have found out about the sender of a request.</summary>
/// <remarks>One object serves all requests of a caller, so that admitting a publish request allocates nothing.</remarks>
internal sealed class Admission
{
    private readonly Problem? _refusal;

    private Admission(Caller? caller, Problem? refusal, bool isRefused) => (Caller, _refusal, IsRefused) = (caller, refusal, isRefused);

    /// <summary>Null when it is not known who calls.</summary>
    public Caller? Caller { get; }

    /// <summary>The request is refused whatever its address.</summary>
    public bool IsRefused { get; }

    public static Admission Of(Caller caller) => new(caller, null, false);

    /// <summary>Only addresses that are open to anyone can be called.</summary>
    public static Admission Unknown(Problem refusal) => new(null, refusal, false);

    public static Admission Refused(Problem refusal) => new(null, refusal, true);

    /// <param name="demand">Null when no address of the API was found, so that the caller only has to be known.</param>
    /// <returns>Why the request is refused, or null.</returns>
    public Problem? Refuse(ScopeDemand? demand)
    {
        if (Caller is null)
            return demand is { IsOpen: true } && !IsRefused ? null : _refusal;
        return demand is null || Caller.Has(demand.Scope) ? null : MissingScope(Caller, demand.Scope);
    }

    private static Problem MissingScope(Caller caller, Scopes demanded) => new(
        ProblemKind.MissingScope,
        $"The caller '{caller.Name}' lacks the scope '{ScopeNames.Of(demanded & ~caller.Scopes)}', which this address demands.");
}
