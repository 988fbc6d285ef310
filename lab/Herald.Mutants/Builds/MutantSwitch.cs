namespace Herald.Mutants.Builds;

/// <summary>
/// The switch that is compiled into each planted assembly. It selects the active mutant, and records whose places were reached.
/// </summary>
internal static class MutantSwitch
{
    public const string Name = "HeraldMutant";

    /// <summary>The variable with the number of the active mutant. Without it, no mutant is active.</summary>
    public const string Chosen = "HERALD_MUTANT";

    /// <summary>
    /// The variable with the path of a file. When the process ends, the numbers of the mutants whose places were reached are added to it.
    /// </summary>
    public const string Reached = "HERALD_REACHED";

    /// <param name="most">The highest number of a mutant.</param>
    /// <remarks>The JIT compiler treats a static readonly field as a constant, so an inactive mutant costs almost nothing.</remarks>
    public static string Source(int most) => $$"""
        using System.Runtime.CompilerServices;

        internal static class {{Name}}
        {
            private static readonly int Chosen = int.TryParse(Variable("{{Chosen}}"), out var number) ? number : 0;
            private static readonly bool[]? Seen = Record(Variable("{{Reached}}"));

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public static bool Is(int number)
            {
                if (Seen is not null)
                    Seen[number] = true;
                return number == Chosen;
            }

            private static string? Variable(string name) => System.Environment.GetEnvironmentVariable(name);

            private static bool[]? Record(string? file)
            {
                if (string.IsNullOrEmpty(file))
                    return null;
                var seen = new bool[{{most}} + 1];
                System.AppDomain.CurrentDomain.ProcessExit += (_, _) =>
                {
                    var numbers = new System.Text.StringBuilder();
                    for (var number = 1; number < seen.Length; number++)
                    {
                        if (seen[number])
                            numbers.Append(number).Append('\n');
                    }
                    System.IO.File.AppendAllText(file, numbers.ToString());
                };
                return seen;
            }
        }
        """;
}
