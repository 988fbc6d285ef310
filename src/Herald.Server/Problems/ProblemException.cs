namespace Herald.Server.Problems;

/// <summary>Carries a problem out of parameter binding, where a result cannot be returned. Nowhere else: elsewhere a problem is a value.</summary>
internal sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    public Problem Problem { get; } = problem;
}
