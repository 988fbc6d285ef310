using Herald.Engine.Sending;
using Xunit;

namespace Herald.Engine.Tests.Sending;

public sealed class FairLineTests
{
    private readonly FairLine<string> _line = new();
    private readonly Dictionary<string, FairPlace<string>> _places = new[] { "a", "b", "c", "d" }.ToDictionary(who => who, who => new FairPlace<string>(who));

    [Fact]
    public void Who_holds_least_goes_first_and_of_those_who_hold_as_much_who_has_waited_longest()
    {
        Enter("a", 3);
        Enter("b", 1);
        Enter("c", 1);
        Enter("d", 0);
        Assert.Equal(["d0", "b1", "c1", "a3"], TakeAll());
    }

    [Fact]
    public void Who_comes_to_hold_more_or_less_gets_another_place()
    {
        Enter("a", 2);
        Enter("b", 2);
        Enter("c", 2);
        _line.Move(_places["a"], 3);
        _line.Move(_places["c"], 0);
        _line.Move(_places["b"], 2);
        Enter("d", 2);
        _line.Move(_places["b"], 2);
        Assert.Equal(["c0", "b2", "d2", "a3"], TakeAll());
    }

    [Fact]
    public void Who_does_not_wait_is_not_moved()
    {
        Enter("a", 2);
        // "d" is not in the line, so this must change nothing.
        _line.Move(_places["d"], 0);
        Assert.Equal(["a2"], TakeAll());
    }

    [Fact]
    public void Nobody_waits_twice_and_who_leaves_is_gone()
    {
        Enter("a", 1);
        Enter("a", 0);
        Enter("b", 1);
        _line.Leave(_places["a"]);
        _line.Leave(_places["a"]);
        Assert.Equal(["b1"], TakeAll());
        Enter("c", 5);
        Enter("d", 4);
        Assert.Equal(["d4", "c5"], TakeAll());
    }

    private void Enter(string who, int holds) => _line.Enter(_places[who], holds);

    private List<string> TakeAll()
    {
        var taken = new List<string>();
        while (_line.TryPeek(out var next, out var holds))
        {
            taken.Add($"{next}{holds}");
            _line.Leave(_places[next]);
        }
        return taken;
    }
}
