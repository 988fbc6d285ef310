namespace Herald.Mutants.Builds;

/// <summary>What is compiled into each planted assembly: which mutant is on, and whose places were reached.</summary>
internal static class MutantSwitch
{
    public const string Name = "HeraldMutant";

    /// <summary>Names the mutant that is on; none is without it.</summary>
    public const string Chosen = "HERALD_MUTANT";

    /// <summary>Names a file to which the numbers of mutants whose places were reached are added when the process ends.</summary>
    public const string Reached = "HERALD_REACHED";

    /// <param name="most">The highest number.</param>
    /// <remarks>The compiler at run time takes a static readonly field for a constant, so what is switched off costs next to nothing.</remarks>
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
