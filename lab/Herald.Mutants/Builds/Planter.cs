using System.Diagnostics;
using System.Globalization;
using Herald.Mutants.Sites;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Herald.Mutants.Builds;

/// <summary>
/// Writes mutants into a file, each behind its switch. A condition is negated by <c>on != (condition)</c>, or made constant by
/// <c>&amp;&amp;</c> or <c>||</c>, so a variable that it declares stays where it is. For all other mutants both forms are written. The
/// changed form contains no other mutants, so a chain of n conditions is written n times and not 2ⁿ times.
/// </summary>
internal sealed class Planter(IEnumerable<FoundMutant> mutants) : CSharpSyntaxRewriter
{
    private readonly ILookup<SyntaxNode, Mutant> _at = mutants.ToLookup(found => found.Node, found => found.Mutant);

    public override SyntaxNode? Visit(SyntaxNode? node)
    {
        var planted = base.Visit(node);
        if (node is null || planted is null)
            return planted;
        foreach (var mutant in _at[node])
        {
            planted = node is StatementSyntax statement
                ? Switched(mutant, statement, (StatementSyntax)planted)
                : Switched(mutant, (ExpressionSyntax)node, (ExpressionSyntax)planted);
        }
        return planted;
    }

    private static BlockSyntax Switched(Mutant mutant, StatementSyntax asItIs, StatementSyntax planted)
    {
        var on = IsOn(mutant);
        StatementSyntax either = mutant.Kind switch
        {
            MutantKind.Dropped => SyntaxFactory.IfStatement(Not(on), planted),
            MutantKind.PlusMinus => SyntaxFactory.IfStatement(
                on, Turned((ExpressionStatementSyntax)asItIs), SyntaxFactory.ElseClause(planted)),
            MutantKind.Negated or MutantKind.NeverTrue or MutantKind.AlwaysTrue or MutantKind.Returned
                or MutantKind.Bound or MutantKind.AndOr or MutantKind.Absent => throw new UnreachableException(
                    $"{mutant.Kind} changes no statement."),
        };
        return SyntaxFactory.Block(either);
    }

    private static ParenthesizedExpressionSyntax Switched(Mutant mutant, ExpressionSyntax asItIs, ExpressionSyntax planted)
    {
        var (on, grouped) = (IsOn(mutant), SyntaxFactory.ParenthesizedExpression(planted));
        return SyntaxFactory.ParenthesizedExpression(mutant.Kind switch
        {
            MutantKind.Negated or MutantKind.Returned => SyntaxFactory.BinaryExpression(SyntaxKind.NotEqualsExpression, on, grouped),
            MutantKind.NeverTrue => SyntaxFactory.BinaryExpression(SyntaxKind.LogicalAndExpression, grouped, Not(on)),
            MutantKind.AlwaysTrue => SyntaxFactory.BinaryExpression(SyntaxKind.LogicalOrExpression, grouped, on),
            MutantKind.Bound or MutantKind.AndOr or MutantKind.PlusMinus => SyntaxFactory.ConditionalExpression(
                on, SyntaxFactory.ParenthesizedExpression(Operators.Turned(asItIs)), grouped),
            MutantKind.Absent => SyntaxFactory.ConditionalExpression(
                on, SyntaxFactory.LiteralExpression(SyntaxKind.NullLiteralExpression), grouped),
            MutantKind.Dropped => throw new UnreachableException($"{mutant.Kind} changes statements alone."),
        });
    }

    private static ExpressionStatementSyntax Turned(ExpressionStatementSyntax statement) =>
        SyntaxFactory.ExpressionStatement(Operators.Turned(statement.Expression));

    private static PrefixUnaryExpressionSyntax Not(ExpressionSyntax on) =>
        SyntaxFactory.PrefixUnaryExpression(SyntaxKind.LogicalNotExpression, on);

    private static ExpressionSyntax IsOn(Mutant mutant) =>
        SyntaxFactory.ParseExpression(string.Create(CultureInfo.InvariantCulture, $"global::{MutantSwitch.Name}.Is({mutant.Number})"));
}
