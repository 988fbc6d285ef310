namespace Herald.Hosting.Problems;

/// <summary>
/// Carries a problem out of parameter binding, where a result cannot be returned. Use it nowhere else: elsewhere a problem is a value.
/// </summary>
public sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    public Problem Problem { get; } = problem;
}
