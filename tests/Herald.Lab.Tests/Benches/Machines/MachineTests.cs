using Herald.Lab.Benches.Machines;
using Xunit;

namespace Herald.Lab.Tests.Benches.Machines;

public sealed class MachineTests
{
    [Fact]
    public void A_field_is_the_first_of_its_name()
    {
        string[] lines = ["processor\t: 0", "model name\t: A CPU: fast", "model name\t: Another", "", "no colon"];
        Assert.Equal("A CPU: fast", Machine.Field(lines, "model name"));
        Assert.Null(Machine.Field(lines, "no colon"));
    }

    [Fact]
    public void This_machine_is_described()
    {
        var machine = Machine.Describe(123);
        Assert.True(machine is { Cores: > 0, MemoryBytes: > 1 << 26, Kernel.Length: > 0 });
        Assert.Contains("123 fsyncs/s", machine.ToString(), StringComparison.Ordinal);
    }
}
