using System.Text.Json;
using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Hosting.Wire;

namespace Herald.Hosting.Problems;

/// <summary>What is wrong with a body: the first ones as they will be shown, the rest as a number. A body may be wrong in every byte.</summary>
public sealed class ProblemList
{
    private readonly List<FieldProblem> _shown = [];

    public int Count { get; private set; }

    public IReadOnlyList<FieldProblem> Shown => _shown;

    public void Add(FieldProblem problem)
    {
        if (Count++ < Problem.MostErrors)
            _shown.Add(problem);
    }

    /// <summary>The same problems, told in the words of another body.</summary>
    public ProblemList Change(Func<FieldProblem, FieldProblem> change)
    {
        var changed = new ProblemList { Count = Count };
        changed._shown.AddRange(_shown.Select(change));
        return changed;
    }

    public void Add(string pointer, JsonElement value, string rule)
    {
        if (Count++ < Problem.MostErrors)
            _shown.Add(ShapeCheck.Problem(pointer, value, rule));
    }
}
