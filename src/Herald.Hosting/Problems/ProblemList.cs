using System.Text.Json;
using Herald.Engine.Basics;
using Herald.Hosting.Wire;

namespace Herald.Hosting.Problems;

/// <summary>
/// The problems of a body: the first ones as they will be shown, the others as a number. The number is bounded only by the size of the
/// body.
/// </summary>
/// <param name="most">How many are kept. The others are counted.</param>
public sealed class ProblemList(int most = Problem.MostErrors)
{
    private readonly List<FieldProblem> _shown = [];

    public int Count { get; private set; }

    public IReadOnlyList<FieldProblem> Shown => _shown;

    public void Add(FieldProblem problem)
    {
        if (Count++ < most)
            _shown.Add(problem);
    }

    /// <summary>The same problems, each changed to fit another body.</summary>
    public ProblemList Change(Func<FieldProblem, FieldProblem> change)
    {
        var changed = new ProblemList(most) { Count = Count };
        changed._shown.AddRange(_shown.Select(change));
        return changed;
    }

    public void Add(string pointer, JsonElement value, string rule)
    {
        if (Count++ < most)
            _shown.Add(ShapeCheck.Problem(pointer, value, rule));
    }
}
