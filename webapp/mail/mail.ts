import { Column, DataType, Model, Table } from 'sequelize-typescript';

@Table({ tableName: 'mail', timestamps: false })
export class Mail extends Model {
  @Column({ type: DataType.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true })
  declare id: number;

  @Column({ type: DataType.CHAR(36), field: 'message_id' })
  declare messageId: string;

  @Column({ type: DataType.BIGINT.UNSIGNED, field: 'traveller_id' })
  declare travellerId: number;

  @Column({ type: DataType.STRING(40) })
  declare kind: string;

  @Column({ type: DataType.BLOB })
  declare sealed: Buffer;

  @Column({ type: DataType.DATE(3), field: 'created_at' })
  declare createdAt: Date;

  @Column({ type: DataType.DATE(3), field: 'due_at' })
  declare dueAt: Date;

  @Column({ type: DataType.DATE(3), field: 'lapses_at' })
  declare lapsesAt: Date;

  @Column({ type: DataType.SMALLINT.UNSIGNED })
  declare attempts: number;

  @Column({ type: DataType.BLOB })
  declare lease: Buffer | null;
}
