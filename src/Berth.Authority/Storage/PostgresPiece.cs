using System.Collections.Immutable;
using System.Data.Common;
using System.Numerics;

namespace Berth.Authority.Storage;

/// <summary>Statements that go to PostgreSQL together with those of others, on one way there and back.</summary>
internal abstract class PostgresPiece(ImmutableArray<SqlStatement> statements) : ISqlWork
{
    internal ImmutableArray<SqlStatement> Statements => statements;

    /// <summary>Where it stands in its message: what holds rows that others may want stands in one order in all of them, so that no two can wait for each other.</summary>
    internal (string Text, string Key) Turn { get; private init; } = ("", "");

    internal static int ByTurn(PostgresPiece one, PostgresPiece other) => string.CompareOrdinal(one.Turn.Text, other.Turn.Text) is not 0 and var order
        ? order
        : string.CompareOrdinal(one.Turn.Key, other.Turn.Key);

    /// <summary>What holds rows, first and for all at once, in the order of the rows: two nodes that have the same in reverse do not wait for each other.</summary>
    internal static IReadOnlyList<PostgresPiece> HoldingFirst(List<PostgresPiece> pieces)
    {
        var holding = pieces.SelectMany(piece => piece.Statements).Where(statement => statement.Holding is not null).ToArray();
        if (holding.Length < 2)
        {
            return pieces;
        }

        // Filled up with the last one again: a few texts stay prepared.
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)holding.Length);
        object?[] things = [.. Enumerable.Range(0, size).Select(at => holding[Math.Min(at, holding.Length - 1)].Values[0])];
        return [new Question<string>(new(holding[0].Holding!(size), things), row => row.GetString(0)), .. pieces];
    }

    /// <summary>Called for each statement that answers with rows, in order.</summary>
    internal virtual void Read(DbDataReader rows)
    {
    }

    /// <summary>Called at the end.</summary>
    /// <param name="changed">How many rows the first statement has changed.</param>
    internal virtual void Note(int changed)
    {
    }

    public abstract void Complete();

    public abstract void Fail(Exception fault);

    /// <summary>A change; its result is how many rows the first statement has changed.</summary>
    internal sealed class Change(ImmutableArray<SqlStatement> statements) : PostgresPiece(statements)
    {
        private readonly TaskCompletionSource<int> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _changed;

        internal Task<int> Done => _done.Task;

        internal override void Note(int changed) => _changed = changed;

        public override void Complete() => _done.SetResult(_changed);

        public override void Fail(Exception fault) => _done.SetException(fault);
    }

    /// <summary>A question of one statement; its result is the rows.</summary>
    internal sealed class Question<T>(SqlStatement statement, Func<DbDataReader, T> read) : PostgresPiece([statement with { HasRows = true }])
    {
        /// <summary>One that changes the row which its first value names.</summary>
        internal static Question<T> Marking(SqlStatement statement, Func<DbDataReader, T> read) =>
            new(statement, read) { Turn = (statement.Text, statement.Values[0]?.ToString() ?? "") };

        private readonly TaskCompletionSource<ImmutableArray<T>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private ImmutableArray<T> _rows = [];
        private Exception? _unreadable;

        internal Task<ImmutableArray<T>> Done => _done.Task;

        // What is with it in the message has happened, whatever is made of the rows.
        internal override void Read(DbDataReader rows)
        {
            try
            {
                (_rows, _unreadable) = (SqlRows.All(rows, read), null);
            }
            catch (Exception e) when (e is not (DbException or IOException))
            {
                _unreadable = e;
            }
        }

        public override void Complete()
        {
            if (_unreadable is { } fault)
            {
                _done.SetException(fault);
                return;
            }

            _done.SetResult(_rows);
        }

        public override void Fail(Exception fault) => _done.SetException(fault);
    }
}
