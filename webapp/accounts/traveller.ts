import { Column, DataType, Model, Table } from 'sequelize-typescript';

@Table({ tableName: 'traveller', timestamps: false })
export class Traveller extends Model {
  @Column({ type: DataType.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true })
  declare id: number;

  @Column({ type: DataType.STRING(60) })
  declare username: string;

  @Column({ type: DataType.BLOB, field: 'username_key' })
  declare usernameKey: Buffer;

  @Column({ type: DataType.BLOB, field: 'username_identity' })
  declare usernameIdentity: Buffer | null;

  @Column({ type: DataType.STRING(60) })
  declare name: string;

  @Column({ type: DataType.STRING(254), field: 'email_address' })
  declare emailAddress: string;

  @Column({ type: DataType.BLOB, field: 'email_key' })
  declare emailKey: Buffer;

  @Column({ type: DataType.BLOB, field: 'email_identity' })
  declare emailIdentity: Buffer | null;

  @Column({ type: DataType.STRING(255), field: 'password_hash' })
  declare passwordHash: string;

  /** Set by the database. */
  @Column({ type: DataType.DATE(3), field: 'created_at' })
  declare createdAt: Date;
}
